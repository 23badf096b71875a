"""Foreign files: read behind a guard, judged row by row, reported (`reader.parse`); others write what came of it."""
