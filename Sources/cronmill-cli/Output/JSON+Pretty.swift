internal import Cronmill

extension JSON {
    /// Text that is valid JSON, as a jsonb column comes from the server, on several lines, two blanks deep. Numbers and
    /// strings stand as they are.
    static func pretty(_ text: String) -> String {
        var bytes: [UInt8] = []
        var depth = 0
        var isString = false
        var isEscaped = false
        var isFirst = false
        func breakLine() {
            bytes.append(UInt8(ascii: "\n"))
            bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * depth))
        }
        for byte in text.utf8 {
            if isString {
                bytes.append(byte)
                isString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"):
                continue
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if !isFirst { breakLine() }
                bytes.append(byte)
                isFirst = false
                continue
            default:
                break
            }
            if isFirst { breakLine() }
            isFirst = false
            bytes.append(byte)
            switch byte {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                isFirst = true
            case UInt8(ascii: ","): breakLine()
            case UInt8(ascii: ":"): bytes.append(UInt8(ascii: " "))
            case UInt8(ascii: "\""): isString = true
            default: break
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
