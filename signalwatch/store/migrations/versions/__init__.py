"""One module per schema version; ``signalwatch.store.schema.HEAD`` names the newest."""
