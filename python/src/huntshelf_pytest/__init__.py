"""A team's own rules for hunting procedures, as pytest tests. The fixtures are in :mod:`huntshelf_pytest.plugin`."""

from .procedure import Cell, Procedure, RuleBroken

__all__ = ["Cell", "Procedure", "RuleBroken"]
