//! Verdicts on tricky edits: each row is a fact about the law, written as the smallest pair of documents.

mod bodies_and_responses;
mod discriminators;
mod equal_sets;
mod forms_and_xml;
mod objects;
mod operations;
mod parameters;
mod proofs;
mod refactorings;
mod rows;
mod scalars;
mod security;
mod semantics;
mod servers;
mod unions;
