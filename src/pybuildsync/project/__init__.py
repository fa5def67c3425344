"""What users and projects have written down: configuration, requirement files, pyproject, workspaces."""
