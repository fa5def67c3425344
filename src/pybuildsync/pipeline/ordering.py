"""Orders from chosen sources: their environments fetched, their keys computed."""

from collections.abc import Iterable

from pybuildsync.core.build_key import BuildInputs, build_key
from pybuildsync.core.goal import Goal
from pybuildsync.core.resolution import Chosen, Resolution
from pybuildsync.core.story import Warned
from pybuildsync.core.variants import Facts, Ingredient, Source, Variant
from pybuildsync.errors import PackageError
from pybuildsync.pipeline.hashes import check_build_environments, check_source
from pybuildsync.pipeline.installed_builds import check_present, ingredients, needed_names
from pybuildsync.pipeline.orders import Order
from pybuildsync.pipeline.workshop import Workshop
from pybuildsync.store.wheels import UnpackedWheel, add_wheel, changed_file, drop_wheel, find_wheel


def wheel_of(shop: Workshop, chosen: Chosen) -> UnpackedWheel:
    """Return the unpacked wheel of *chosen*, a wheel of an index or a variant that was built."""
    pick = chosen.pick
    if pick.variant is not None:
        kept = find_wheel(shop.store, pick.variant.wheel)
        if kept is not None:
            return kept
        built = shop.built.find(pick.variant.key)
        if built is None:
            raise PackageError(
                f"the wheel of {chosen.name} {chosen.version} that was built is no longer in the cache",
                hint="run the command again: it will be built again",
            )
        return add_wheel(shop.store, built.wheel_path, built.sha256, project=chosen.name, version=chosen.version)
    if pick.file is None:
        raise AssertionError(chosen)
    return shop.client.download_wheel(pick.file, chosen.name, chosen.version)


def fetch_wheels(shop: Workshop, chosen: Iterable[Chosen]) -> tuple[UnpackedWheel, ...]:
    """Return the unpacked wheels of *chosen*, in their order, downloading several at once.

    Where the store's files aren't simply believed (``shop.verified``) those that were changed are fetched again.
    """
    everything = tuple(chosen)
    wheels = _fetch_wheels(shop, everything)
    return _fetch_wheels(shop, everything) if _drop_changed(shop, everything, wheels) else wheels


def _drop_changed(shop: Workshop, chosen: tuple[Chosen, ...], wheels: tuple[UnpackedWheel, ...]) -> bool:
    """Drop those of *wheels* from the store whose files aren't what their RECORD said; return whether there were any.

    Each is looked at once in a command: what comes after that was unpacked, and compared, just now.
    """
    if shop.verified is None:
        return False
    pairs = [(each, wheel) for each, wheel in zip(chosen, wheels, strict=True) if wheel.sha256 not in shop.verified]
    if not pairs:
        return False
    from concurrent.futures import ThreadPoolExecutor

    shop.verified.update(wheel.sha256 for _, wheel in pairs)
    with ThreadPoolExecutor() as pool:
        differences = list(pool.map(changed_file, [wheel for _, wheel in pairs]))
    for (each, wheel), path in zip(pairs, differences, strict=True):
        if path:
            drop_wheel(shop.store, wheel)
            how = "fetched" if each.pick.variant is None else "unpacked"
            text = f"the cache's copy of {wheel.project} {wheel.version} was changed ({path}); it is {how} again"
            shop.story.tell(Warned(text))
    return any(differences)


def _fetch_wheels(shop: Workshop, everything: tuple[Chosen, ...]) -> tuple[UnpackedWheel, ...]:
    found = {each.pick.file: shop.client.find_wheel(each.pick.file) for each in everything if each.pick.file}
    missing = [each for each in everything if each.pick.file and found[each.pick.file] is None]
    missing.sort(key=lambda each: -each.pick.file.size if each.pick.file else 0)  # the longest first
    started = {
        each.pick.file: shop.client.start_wheel(each.pick.file, each.name, each.version)
        for each in missing
        if each.pick.file
    }
    return tuple(
        (found[each.pick.file] or started[each.pick.file].result()) if each.pick.file else wheel_of(shop, each)
        for each in everything
    )


def make_order(shop: Workshop, goal: Goal, resolution: Resolution, facts: Facts, chosen: Chosen) -> Order:
    """Return the order for *chosen*, a source of *resolution*, in the build environment that is resolved for it."""
    source = chosen.pick.source
    if source is None:
        raise AssertionError(chosen)
    if shop.within is not None:
        return _make_order(shop, goal, facts, source, (ingredients(shop.within, goal), ()), chosen=chosen)
    check_build_environments(shop, goal, resolution)
    environment = resolution.in_scope(chosen.inner)
    wheels = fetch_wheels(shop, environment)
    keys = {each.name: each.pick.variant.key for each in environment if each.pick.variant is not None}
    against = tuple(Ingredient(w.project, w.version, w.sha256, keys.get(w.project, "")) for w in wheels)
    return _make_order(shop, goal, facts, source, (against, wheels), chosen=chosen)


def order_again(shop: Workshop, goal: Goal, facts: Facts, chosen: Chosen, variant: Variant) -> Order:
    """Return the order that gave *variant*, of which only metadata was asked for."""
    wheels = []
    for ingredient in variant.ingredients if shop.within is None else ():
        wheel = find_wheel(shop.store, ingredient.sha256)
        if wheel is None:
            raise PackageError(
                f"{ingredient.name} {ingredient.version}, needed to build {chosen.name}, has left the cache meanwhile",
                hint="run the command again",
            )
        wheels.append(wheel)
    return _make_order(shop, goal, facts, variant.source, (variant.ingredients, tuple(wheels)), chosen=chosen)


def _make_order(
    shop: Workshop,
    goal: Goal,
    facts: Facts,
    source: Source,
    environment: tuple[tuple[Ingredient, ...], tuple[UnpackedWheel, ...]],
    *,
    chosen: Chosen,
) -> Order:
    against, wheels = environment
    stated = shop.knowledge.source_metadata(source)
    if shop.within is not None and shop.within.checked:
        check_present(shop.within, goal, f"{source.name}=={source.version}", stated.build_requires)
    path, digest = _material(shop, source)
    if not chosen.scope:
        check_source(goal, source, path, digest)
    key = build_key(
        BuildInputs(
            source=digest,
            subdirectory=source.subdirectory,
            environment=against,
            target=goal.target,
            config_settings=shop.settings.config_settings(source.name),
            variables=shop.settings.variables(source.name),
            editable=source.editable,
            isolated=shop.within is None,
        )
    )
    return Order(
        chosen=chosen,
        source=source,
        stated=stated,
        against=against,
        wheels=wheels,
        path=path,
        digest=digest,
        key=key,
        date=dict(facts.as_of).get(source.identity, ""),
        told=None if shop.within is None else needed_names(goal, stated.build_requires),
    )


def _material(shop: Workshop, source: Source) -> tuple[str, str]:
    """Return the path and the SHA-256 digest of what *source* is built from."""
    if source.editable:  # what is in it may change at any time: the key is of the place
        import hashlib

        return source.path, hashlib.sha256(f"editable {source.path}".encode("utf-8", "surrogateescape")).hexdigest()
    if source.path:
        return source.path, source.digest
    if source.file is None:
        raise AssertionError(source)
    archive = shop.client.download(source.file)
    return archive.path, archive.sha256
