/// A text as a Swift string literal of one line.
///
/// A multi-line literal would turn CRLF into LF; this one gives back every byte.
struct StringLiteral: CustomStringConvertible {
    let description: String

    init(_ text: String) {
        var literal = "\""
        // Scalars, because CR LF is one Character.
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": literal += "\\\\"
            case "\"": literal += "\\\""
            case "\n": literal += "\\n"
            case "\r": literal += "\\r"
            case "\t": literal += "\\t"
            case _ where Self.isInvisible(scalar): literal += "\\u{\(String(scalar.value, radix: 16))}"
            default: literal.unicodeScalars.append(scalar)
            }
        }
        description = literal + "\""
    }

    /// True for what a compiler may refuse or an editor hide: control characters, line separators, a byte order mark.
    private static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
