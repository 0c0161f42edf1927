"""The built-in connectors. They import `signalwatch.sdk` and nothing else of ours."""
