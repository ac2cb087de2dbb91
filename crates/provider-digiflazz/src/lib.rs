//! Digiflazz (developer.digiflazz.com) as a PPOB provider.
