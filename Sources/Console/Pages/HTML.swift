internal import Cronmill

/// Text of a page, built from literals, which are markup, and values, which never are.
///
/// ```swift
/// let row: HTML = "<td class=\"name\">\(name)</td>"
/// ```
///
/// A value is escaped for element content and for attributes in double quotes; there is no way to put one in as it is.
/// What cannot be seen, or turns the line round, is shown (`\u{202e}`): two names that differ look different. Of a value of more than 10,000 bytes
/// the beginning is shown.
struct HTML: Sendable, Equatable, ExpressibleByStringInterpolation {
    private(set) var text: String

    init(stringLiteral value: String) { text = value }

    init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

    /// These one after another.
    init(_ parts: some Sequence<HTML>) { text = parts.map(\.text).joined() }

    /// A text of several lines, for an element that keeps them.
    init(lines text: String) {
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        self.init(lines.enumerated().map { $0.offset == 0 ? "\(String($0.element))" : "\n\(String($0.element))" })
    }

    /// These with something between.
    init(_ parts: some Sequence<HTML>, separator: HTML) {
        self.init(parts.enumerated().map { $0.offset == 0 ? $0.element : "\(separator)\($0.element)" })
    }

    /// In whole seconds: nobody reads more of an age.
    static func age(_ age: Duration) -> HTML { "\(Duration.seconds(max(age, .zero).components.seconds).shortText)" }

    static func += (page: inout HTML, part: HTML) { page.text += part.text }

    struct Interpolation: StringInterpolationProtocol {
        var text = ""

        init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }

        mutating func appendLiteral(_ literal: String) { text += literal }

        mutating func appendInterpolation(_ value: String) {
            let value = value.bounded
            text += value.utf8.allSatisfy(\.isPlainInMarkup) ? value : value.controlsEscaped.markupEscaped
        }

        mutating func appendInterpolation(_ value: Int) { text += String(value) }

        mutating func appendInterpolation(_ part: HTML) { text += part.text }

        mutating func appendInterpolation(_ parts: [HTML]) { for part in parts { text += part.text } }

        /// A value of a query in an address in an attribute.
        mutating func appendInterpolation(query value: String) { text += value.percentEncoded }
    }
}

extension UInt8 {
    /// Whether it is a letter of ASCII that stands for itself, as nearly all are.
    fileprivate var isPlainInMarkup: Bool {
        switch self {
        case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
        default: self >= 0x20 && self < 0x7f
        }
    }
}

extension String {
    /// No more of it than anybody reads: messages come from whoever enqueues, and may be of any length.
    fileprivate var bounded: String {
        guard utf8.count > 10_000 else { return self }
        return String(decoding: utf8.prefix(10_000), as: UTF8.self) + "… (\(utf8.count.grouped) bytes)"
    }

    /// With the five characters that are something else in markup.
    fileprivate var markupEscaped: String {
        var escaped = ""
        escaped.reserveCapacity(utf8.count)
        for scalar in unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// With `%` for everything but the letters, digits and signs that stand for themselves everywhere (RFC 3986, 2.3).
    var percentEncoded: String {
        var encoded = ""
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e:
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                encoded += "%" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return encoded
    }

    /// The text that a value of a query stands for; nil if that is none.
    init?(queryValue value: Substring) {
        var bytes: [UInt8] = []
        var rest = value.utf8
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(Self.digit), let low = rest.popFirst().flatMap(Self.digit)
                else { return nil }
                bytes.append(high << 4 | low)
            default: bytes.append(byte)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0) else { return nil }
        self = text
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
