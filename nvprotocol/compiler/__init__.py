"""Circuit × device → timed steps: the only owner of scheduling, conditions, postselection and tomography circuits."""
