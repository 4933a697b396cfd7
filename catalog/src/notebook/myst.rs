//! MyST markdown as jupytext reads it (`md:myst`).
