/// One line of an environment file, being read from the left.
struct EnvironmentLine {
    /// Why a line is refused, to follow "line 3".
    enum Refusal: String, Error {
        case notAnAssignment = "is neither NAME=value nor a comment"
        case badName = "has a name of other than letters, digits and underscores, or with a digit first"
        case openDoubleQuote = "has a double quote that is not closed"
        case openSingleQuote = "has a single quote that is not closed"
        case textAfterQuote = "has text after the closing quote"
    }

    /// Scalars, not characters: a combining mark must not hide the quote it follows.
    private var rest: ArraySlice<Unicode.Scalar>

    init(rest: ArraySlice<Unicode.Scalar>) { self.rest = rest }

    /// The name and value, or nil for a comment or a blank line.
    mutating func parse() throws(Refusal) -> (key: String, value: String)? {
        rest = rest.trimmingBlanks()
        guard let first = rest.first, first != "#" else { return nil }
        guard let equals = rest.firstIndex(of: "=") else { throw .notAnAssignment }
        var name = rest[..<equals].trimmingBlanks()
        let export = Array("export".unicodeScalars)
        if name.starts(with: export), name.dropFirst(export.count).first?.isBlank == true {
            name = name.dropFirst(export.count).trimmingBlanks()
        }
        guard let initial = name.first, !initial.isASCIIDigit,
            name.allSatisfy({ $0 == "_" || $0.isASCIIDigit || $0.isASCIILetter })
        else { throw .badName }
        let key = name.text
        rest = rest[(equals + 1)...]
        return (key, try value())
    }

    private mutating func value() throws(Refusal) -> String {
        let start = rest.drop(while: \.isBlank)
        switch start.first {
        case "\"":
            rest = start.dropFirst()
            return try doubleQuoted()
        case "'":
            rest = start.dropFirst()
            guard let end = rest.firstIndex(of: "'") else { throw .openSingleQuote }
            let value = rest[..<end].text
            rest = rest[(end + 1)...]
            try expectEnd()
            return value
        default:
            // A # begins a comment after a blank only: it is a usual sign in passwords.
            let comment = rest.indices.first { rest[$0] == "#" && $0 > rest.startIndex && rest[$0 - 1].isBlank }
            return rest[..<(comment ?? rest.endIndex)].trimmingBlanks().text
        }
    }

    private mutating func doubleQuoted() throws(Refusal) -> String {
        var value = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"":
                try expectEnd()
                return String(value)
            case "\\":
                guard let escaped = rest.popFirst() else { throw .openDoubleQuote }
                switch escaped {
                case "n": value.append("\n")
                case "\"", "\\", "$": value.append(escaped)
                // As in a shell, a backslash before anything else is a backslash.
                default: value.append(contentsOf: [scalar, escaped])
                }
            default: value.append(scalar)
            }
        }
        throw .openDoubleQuote
    }

    private func expectEnd() throws(Refusal) {
        let end = rest.drop(while: \.isBlank)
        guard end.isEmpty || (end.first == "#" && end.startIndex > rest.startIndex) else { throw .textAfterQuote }
    }
}

extension ArraySlice<Unicode.Scalar> {
    fileprivate var text: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: self)
        return String(view)
    }

    fileprivate func trimmingBlanks() -> Self {
        var trimmed = drop(while: \.isBlank)
        while trimmed.last?.isBlank == true { trimmed.removeLast() }
        return trimmed
    }
}

extension Unicode.Scalar {
    fileprivate var isBlank: Bool { self == " " || self == "\t" }
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
    fileprivate var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
}
