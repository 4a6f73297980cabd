"""The live web demo: two worlds side by side that differ in their pay scheme, with levers that work while they run."""
