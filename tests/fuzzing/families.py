"""All families of input, by name: what one reader reads, and what whole commands are given."""

from fuzzing import archives, command_lines, environments, installs, listings, projects, stores, texts
from fuzzing.law import Family

FAMILIES: dict[str, Family] = {
    family.name: family
    for module in (texts, projects, listings, archives, environments, stores, command_lines)
    for family in module.FAMILIES
}
COMMANDS: dict[str, Family] = {family.name: family for family in installs.FAMILIES}
