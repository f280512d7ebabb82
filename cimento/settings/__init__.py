"""Every setting of Cimento, one file per concern."""
