/// Text as the server sends it.
///
/// From a database of encoding SQL_ASCII any bytes come. Those that are not UTF-8 are shown as `\xE9`, so that one row
/// of them does not hide the others.
enum ServerText {
    static func decoded(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self) { return text }
        var text = ""
        var rest = bytes[...]
        while !rest.isEmpty {
            // A new one each time: it may have read ahead.
            var decoder = UTF8()
            var iterator = rest.makeIterator()
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar):
                text.unicodeScalars.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            case .error, .emptyInput:
                let digits = String(rest[rest.startIndex], radix: 16, uppercase: true)
                text += digits.count == 1 ? "\\x0\(digits)" : "\\x\(digits)"
                rest = rest.dropFirst()
            }
        }
        return text
    }

    /// - Parameter most: so many bytes, of which the last character may be in pieces.
    static func decoded(_ text: UnsafePointer<CChar>, most: Int = .max) -> String {
        var length = 0
        while length < most, text[length] != 0 { length += 1 }
        return text.withMemoryRebound(to: UInt8.self, capacity: length) { start in
            decoded(UnsafeBufferPointer(start: start, count: length))
        }
    }
}
