/// A name in SQL, quoted when it has to be.
///
/// The rule is that of PostgreSQL's `quote_ident`: a name of lower-case ASCII letters, digits and underscores that is not
/// a keyword stands as it is, any other is put between double quotes.
public struct Identifier: Sendable, Hashable {
    /// The name itself, as it stands in the catalogs.
    public let name: String

    /// Takes a name as it stands in the catalogs, without quotes.
    public init(_ name: String) {
        self.name = name
    }

    /// The name as it is written in a statement.
    public var quoted: String {
        if isPlain, !Self.keywords.contains(name) {
            return name
        }
        var text = "\""
        for character in name.unicodeScalars {
            if character == "\"" {
                text.unicodeScalars.append(character)
            }
            text.unicodeScalars.append(character)
        }
        text.append("\"")
        return text
    }

    private var isPlain: Bool {
        guard let first = name.utf8.first, first == UInt8(ascii: "_") || Self.isLower(first) else { return false }
        return name.utf8.allSatisfy { byte in
            byte == UInt8(ascii: "_") || Self.isLower(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
    }

    private static func isLower(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
    }
}
