/// PostgreSQL's text form of one-dimensional arrays (manual, section 8.15.6).
enum ArrayText {
    static func literal(_ elements: [String?]) -> String {
        let quoted = elements.map { element in
            guard let element else { return "NULL" }
            var text = "\""
            for character in element.unicodeScalars {
                if character == "\"" || character == "\\" {
                    text.append("\\")
                }
                text.unicodeScalars.append(character)
            }
            return text + "\""
        }
        return "{" + quoted.joined(separator: ",") + "}"
    }

    /// The elements of an array, or nil when the text is not a one-dimensional array.
    static func elements(of text: String) -> [String?]? {
        var bytes = Substring(text).utf8[...]
        // "[2:3]={a,b}": an array that does not begin at 1 carries its bounds.
        if bytes.first == UInt8(ascii: "["), let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
            bytes = bytes[bytes.index(after: equals)...]
        }
        guard bytes.popFirst() == UInt8(ascii: "{"), bytes.popLast() == UInt8(ascii: "}") else { return nil }
        var elements: [String?] = []
        guard !bytes.isEmpty else { return elements }
        while true {
            guard let element = takeElement(&bytes) else { return nil }
            elements.append(element)
            guard let separator = bytes.popFirst() else { return elements }
            guard separator == UInt8(ascii: ",") else { return nil }
        }
    }

    /// One element from the front: the outer nil is a syntax error, the inner one is null.
    private static func takeElement(_ bytes: inout Substring.UTF8View.SubSequence) -> String?? {
        let isQuoted = bytes.first == UInt8(ascii: "\"")
        if isQuoted {
            bytes.removeFirst()
        }
        var element: [UInt8] = []
        var isClosed = !isQuoted
        while let byte = bytes.first {
            if !isQuoted, byte == UInt8(ascii: ",") { break }
            if !isQuoted, byte == UInt8(ascii: "{") || byte == UInt8(ascii: "}") { return .none }
            bytes.removeFirst()
            if isQuoted, byte == UInt8(ascii: "\"") {
                isClosed = true
                break
            }
            if byte == UInt8(ascii: "\\") {
                guard let escaped = bytes.popFirst() else { return .none }
                element.append(escaped)
            } else {
                element.append(byte)
            }
        }
        guard isClosed, isQuoted || !element.isEmpty else { return .none }
        let text = String(decoding: element, as: UTF8.self)
        return .some(!isQuoted && text.uppercased() == "NULL" ? .none : .some(text))
    }
}
