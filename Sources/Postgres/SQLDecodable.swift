/// A Swift type that can be read from a column.
public protocol SQLDecodable: Sendable {
    /// Reads PostgreSQL's text format; nil means the text (or a null) is no value of this type.
    init?(sqlText: String?)
}

extension String: SQLDecodable {
    /// Takes any text; a null is not a string.
    public init?(sqlText: String?) {
        guard let sqlText else { return nil }
        self = sqlText
    }
}

extension Int: SQLDecodable {
    /// Reads `smallint`, `integer` and `bigint`.
    public init?(sqlText: String?) {
        guard let sqlText, let value = Int(sqlText) else { return nil }
        self = value
    }
}

extension Int64: SQLDecodable {
    /// Reads `smallint`, `integer` and `bigint`.
    public init?(sqlText: String?) {
        guard let sqlText, let value = Int64(sqlText) else { return nil }
        self = value
    }
}

extension Int32: SQLDecodable {
    /// Reads `smallint` and `integer`.
    public init?(sqlText: String?) {
        guard let sqlText, let value = Int32(sqlText) else { return nil }
        self = value
    }
}

extension Double: SQLDecodable {
    /// Reads `real`, `double precision`, `numeric` and whole numbers.
    public init?(sqlText: String?) {
        guard let sqlText, let value = Double(sqlText) else { return nil }
        self = value
    }
}

extension Duration: SQLDecodable {
    /// Reads seconds, as `extract(epoch from ...)` gives them; a number that no interval has is none.
    public init?(sqlText: String?) {
        // 178,000,000 years, the manual's bound of an interval.
        guard let seconds = Double(sqlText: sqlText), abs(seconds) < 6e15 else { return nil }
        self = .seconds(seconds)
    }
}

extension Bool: SQLDecodable {
    /// Reads `boolean`, and its cast to text.
    public init?(sqlText: String?) {
        switch sqlText {
        case "t", "true": self = true
        case "f", "false": self = false
        default: return nil
        }
    }
}

extension Optional: SQLDecodable where Wrapped: SQLDecodable {
    /// Reads a null as nil, and anything else as the wrapped type.
    public init?(sqlText: String?) {
        guard let sqlText else {
            self = Wrapped?.none
            return
        }
        guard let value = Wrapped(sqlText: sqlText) else { return nil }
        self = .some(value)
    }
}

extension Array: SQLDecodable where Element: SQLDecodable {
    /// Reads a one-dimensional array; nulls in it need an optional element type.
    public init?(sqlText: String?) {
        guard let sqlText, let texts = ArrayText.elements(of: sqlText) else { return nil }
        var elements: [Element] = []
        elements.reserveCapacity(texts.count)
        for text in texts {
            guard let element = Element(sqlText: text) else { return nil }
            elements.append(element)
        }
        self = elements
    }
}
