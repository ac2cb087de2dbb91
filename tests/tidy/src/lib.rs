//! Repository rules as tests: directions, file lengths, fresh generated code, links.
