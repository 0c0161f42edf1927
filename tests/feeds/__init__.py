"""Tests of the feeds connector."""
