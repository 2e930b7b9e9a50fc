/// Values written into the text of a statement.
enum Literal {
    /// The rule of PostgreSQL's `quote_literal`, safe whatever `standard_conforming_strings` says.
    static func quoted(_ value: String) -> String {
        var text = "'"
        var hasBackslash = false
        for character in value.unicodeScalars {
            if character == "'" || character == "\\" {
                text.unicodeScalars.append(character)
            }
            if character == "\\" {
                hasBackslash = true
            }
            text.unicodeScalars.append(character)
        }
        text.append("'")
        return hasBackslash ? "E" + text : text
    }
}
