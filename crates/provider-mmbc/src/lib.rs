//! MMBC (klikmbc.co.id) as a PPOB provider.
