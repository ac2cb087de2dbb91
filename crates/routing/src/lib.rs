//! Pure routing: the catalogue snapshot, mapping, and the ranking of offers.
