internal import HTTPTypes

/// A file that pages use, a part of the program.
enum Asset {
    case style, script

    private static let styleAnswer = answer("text/css; charset=utf-8", PackageResources.console_css)
    private static let scriptAnswer = answer("text/javascript; charset=utf-8", PackageResources.console_js)

    private static func answer(_ type: String, _ bytes: [UInt8]) -> Answer {
        var answer = Answer(type: type, body: String(decoding: bytes, as: UTF8.self))
        answer.tag()
        answer.fields[.cacheControl] = "no-cache"
        return answer
    }

    /// The file.
    func answer(_ call: Call) throws(Problem) -> Answer {
        try call.query.check(allowed: [])
        return switch self {
        case .style: Self.styleAnswer
        case .script: Self.scriptAnswer
        }
    }

    /// FNV-1a, which is the same in every process.
    static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
