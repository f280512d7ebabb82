"""Operate Cimento: settings, checks before starting, training, running, measuring."""
