"""All families of input, by name."""

from fuzzing import archives, command_lines, environments, listings, projects, stores, texts
from fuzzing.law import Family

FAMILIES: dict[str, Family] = {
    family.name: family
    for module in (texts, projects, listings, archives, environments, stores, command_lines)
    for family in module.FAMILIES
}
