//! The figures of the table.
