//! Any H2H centre that a file describes, as a PPOB provider.
