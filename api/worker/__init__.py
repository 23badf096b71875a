"""The third door: jobs, done beside the site. `loop` hands them out, `child` does one, `beside` keeps it alive."""
