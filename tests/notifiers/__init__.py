"""Tests of rendering and of the ways to reach people."""
