internal import Cronmill

/// Comma-separated values (RFC 4180): lines end in CR LF, fields are quoted where they must be.
///
/// A text that a spreadsheet would take for a formula, which can fetch and send data, begins with an apostrophe, which
/// spreadsheets do not show; a number does not. What could change a terminal is escaped, but for line breaks and tabs.
struct CSV: Sendable, Hashable {
    let columns: [String]
    private(set) var rows: [[String?]] = []

    init(columns: [String]) { self.columns = columns }

    /// Adds a row. As in PostgreSQL's `copy`, nil is an empty field and an empty text is `""`.
    mutating func append(_ fields: [String?]) {
        precondition(fields.count == columns.count, "a row must have as many fields as there are columns")
        rows.append(fields)
    }

    /// The header and the rows.
    var text: String { Self.text([columns]) + rowText }

    /// The rows alone, where they go on.
    var rowText: String { Self.text(rows) }

    private static func text(_ rows: [[String?]]) -> String {
        rows.map { $0.map(field).joined(separator: ",") + "\r\n" }.joined()
    }

    private static func field(_ text: String?) -> String {
        guard let text = text.map(plain) else { return "" }
        // Scalars, because CR LF is a single Character, and so is a quote with a combining mark.
        let special: Set<Unicode.Scalar> = [",", "\"", "\r", "\n"]
        guard text.isEmpty || text.unicodeScalars.contains(where: special.contains) else { return text }
        var quoted = String.UnicodeScalarView("\"".unicodeScalars)
        for scalar in text.unicodeScalars {
            if scalar == "\"" { quoted.append(scalar) }
            quoted.append(scalar)
        }
        return String(quoted) + "\""
    }

    private static func plain(_ text: String) -> String {
        let formula: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\t", "\r"]
        let isFormula = text.unicodeScalars.first.map(formula.contains) == true && Double(text) == nil && text != "-"
        let lines: Set<Unicode.Scalar> = ["\n", "\r", "\t"]
        var plain = isFormula ? "'" : ""
        for scalar in text.unicodeScalars {
            plain += lines.contains(scalar) ? String(scalar) : String(scalar).controlsEscaped
        }
        return plain
    }
}
