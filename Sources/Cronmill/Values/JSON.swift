/// A JSON value, whose objects keep their members in the order given.
package indirect enum JSON: Sendable, Hashable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])
    /// Text that is JSON already, as a jsonb column comes from the server; it is written as it stands, unchecked.
    case verbatim(String)

    package struct Member: Sendable, Hashable {
        package var name: String
        package var value: JSON

        package init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }
    }

    /// An optional text, `null` where there is none.
    package init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    /// An optional number, `null` where there is none.
    package init(_ number: Int64?) { self = number.map { .integer($0) } ?? .null }
}

extension JSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    package init(nilLiteral: ()) { self = .null }
    package init(booleanLiteral value: Bool) { self = .boolean(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(stringLiteral value: String) { self = .string(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }
}

extension JSON {
    /// The value on several lines, two blanks deep, with a line break at the end.
    package var prettyText: String { text(depth: 0) + "\n" }

    /// The value on one line, with a line break at the end.
    package var lineText: String {
        switch self {
        case .array(let elements): "[" + elements.map { $0.lineText.dropLast() }.joined(separator: ", ") + "]\n"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.name)): \($0.value.lineText.dropLast())" }.joined(separator: ", ")
                + "}\n"
        case .null, .boolean, .integer, .number, .string, .verbatim: prettyText
        }
    }

    /// To microseconds, where a fraction has so many digits; JSON has no infinity and no NaN.
    private static func rounded(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        return String(describing: abs(value) < 1e9 ? (value * 1e6).rounded() / 1e6 + 0 : value)
    }

    private func text(depth: Int) -> String {
        switch self {
        case .null: "null"
        case .boolean(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .number(let value): Self.rounded(value)
        case .string(let value): Self.quoted(value)
        case .verbatim(let text): Self.escaped(text)
        case .array(let elements): Self.block("[", elements.map { $0.text(depth: depth + 1) }, "]", depth: depth)
        case .object(let members):
            Self.block(
                "{",
                members.map { "\(Self.quoted($0.name)): \($0.value.text(depth: depth + 1))" },
                "}",
                depth: depth
            )
        }
    }

    private static func block(_ open: String, _ items: [String], _ close: String, depth: Int) -> String {
        guard !items.isEmpty else { return open + close }
        let indent = String(repeating: "  ", count: depth)
        return "\(open)\n" + items.map { "\(indent)  \($0)" }.joined(separator: ",\n") + "\n\(indent)\(close)"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case _ where scalar.isControl: quoted += escape(scalar)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// Text that is JSON, where such characters can stand in strings only; line breaks and tabs are blanks between values.
    private static func escaped(_ text: String) -> String {
        func isShown(_ scalar: Unicode.Scalar) -> Bool {
            scalar == "\n" || scalar == "\r" || scalar == "\t" || !scalar.isControl
        }
        guard !text.unicodeScalars.allSatisfy(isShown) else { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if isShown(scalar) { escaped.unicodeScalars.append(scalar) } else { escaped += escape(scalar) }
        }
        return escaped
    }

    /// Beyond what RFC 8259 demands everything that a terminal would act on: JSON is read there as well. All of it has four
    /// digits at most.
    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}
