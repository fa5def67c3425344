"""The builder of the loop. What building takes is imported with the first build: most commands have none."""

from typing import NamedTuple

from pybuildsync.core.goal import Goal
from pybuildsync.core.loop import Seen
from pybuildsync.core.resolution import Chosen, Doubt, Resolution
from pybuildsync.core.variants import Facts
from pybuildsync.pipeline.workshop import Workshop


class Builds(NamedTuple):
    """The hands of the loop (:class:`pybuildsync.core.loop.Hands`)."""

    shop: Workshop

    def foresee(self, resolution: Resolution) -> None:
        """Start to download the wheels that will run, if there are builds to wait for."""
        ready = resolution.ready_to_build()
        scopes = [(), *(chosen.inner for chosen in ready)] if ready else []
        for scope in scopes:
            for chosen in resolution.in_scope(scope):
                if chosen.pick.file is not None and self.shop.client.find_wheel(chosen.pick.file) is None:
                    self.shop.client.start_wheel(chosen.pick.file, chosen.name, chosen.version)

    def build(self, goal: Goal, resolution: Resolution, facts: Facts, *, prepare: bool) -> Facts:
        """Fetch the direct references of *resolution*; else see :func:`pybuildsync.pipeline.builds.do_builds`."""
        away = resolution.to_fetch()
        if away:
            if len(away) > 1:
                from pybuildsync.pipeline.fetching import announce, wanted_as

                announce(self.shop, [wanted_as(name, url) for name, url in away])
            for name, url in away:
                facts = facts.with_direct(self.shop.fetch(self.shop, goal, name, url))
            return facts
        from pybuildsync.pipeline.builds import do_builds

        return do_builds(self.shop, goal, resolution, facts, prepare=prepare)

    def finish(self, goal: Goal, chosen: tuple[Chosen, ...], facts: Facts) -> Facts:
        """See :func:`pybuildsync.pipeline.builds.build_prepared`."""
        from pybuildsync.pipeline.builds import build_prepared

        return build_prepared(self.shop, goal, chosen, facts)

    def look(self, doubts: tuple[Doubt, ...]) -> tuple[Seen, ...]:
        """See :func:`pybuildsync.pipeline.looking.look_into`."""
        from pybuildsync.pipeline.looking import look_into

        return look_into(self.shop, doubts)
