"""Analysis: tables in, tables out. Nothing here reads a file, draws a picture, or knows a scenario by its name."""
