internal import CZlib
internal import Synchronization

/// A text that goes out, compressed once for all who get it.
final class Content: Sendable {
    let text: String
    private let compressed = Mutex<[UInt8]?>(nil)

    /// What is shorter fits into a packet as it is.
    private static let shortest = 1_400

    init(_ text: String) { self.text = text }

    var isWorthCompressing: Bool { text.utf8.count >= Self.shortest }

    /// As gzip has it (RFC 1952).
    var gzip: [UInt8] {
        compressed.withLock { compressed in
            if let compressed { return compressed }
            let bytes = Self.gzip(text)
            compressed = bytes
            return bytes
        }
    }

    private static func gzip(_ text: String) -> [UInt8] {
        var stream = z_stream()
        // A window of 15 bits, and 16 for gzip's head and end.
        let status = deflateInit2_(
            &stream,
            Z_DEFAULT_COMPRESSION,
            Z_DEFLATED,
            15 + 16,
            8,
            Z_DEFAULT_STRATEGY,
            ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size)
        )
        precondition(status == Z_OK, "zlib: \(status)")
        defer { deflateEnd(&stream) }
        var text = text
        return text.withUTF8 { source in
            let longest = Int(deflateBound(&stream, uLong(source.count)))
            return [UInt8](unsafeUninitializedCapacity: longest) { target, count in
                stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
                stream.avail_in = uInt(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = uInt(longest)
                let status = deflate(&stream, Z_FINISH)
                precondition(status == Z_STREAM_END, "zlib: \(status)")
                count = longest - Int(stream.avail_out)
            }
        }
    }
}
