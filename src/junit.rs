//! What the published schema of JUnit (`junit-10.xsd`, of Jenkins' xunit plugin) has at the root of a document.

/// A document without the attribute of its root that the schema does not have: how many cases were skipped stands in each
/// suite.
pub(crate) fn as_published(xml: &str) -> String {
    let Some((before, root)) = xml.split_once("<testsuites") else { return xml.to_owned() };
    let Some((attributes, rest)) = root.split_once('>') else { return xml.to_owned() };
    let start = attributes.find(" skipped=\"");
    let end = start.and_then(|start| Some(start + 10 + attributes[start + 10..].find('"')? + 1));
    let kept = match (start, end) {
        (Some(start), Some(end)) => format!("{}{}", &attributes[..start], &attributes[end..]),
        _ => attributes.to_owned(),
    };
    format!("{before}<testsuites{kept}>{rest}")
}

#[cfg(test)]
mod tests {
    use super::as_published;

    #[test]
    fn the_root_alone_loses_what_the_schema_does_not_have() {
        let report =
            "<testsuites name=\"a\" tests=\"1\" skipped=\"12\" errors=\"0\">\n<testsuite skipped=\"12\"/></testsuites>";
        let wanted = "<testsuites name=\"a\" tests=\"1\" errors=\"0\">\n<testsuite skipped=\"12\"/></testsuites>";
        assert_eq!(as_published(report), wanted);
        assert_eq!(as_published(wanted), wanted);
        assert_eq!(as_published("<x/>"), "<x/>");
    }
}
