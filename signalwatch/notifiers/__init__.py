"""Ways to reach people, and the one rendering they share. Found by entry point, like anybody else's notifier."""
