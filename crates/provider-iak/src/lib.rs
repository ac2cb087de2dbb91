//! IAK (iak.id, formerly mobilepulsa) as a PPOB provider.
