internal import Glibc

/// An array of C strings, as libpq's functions take it, and its lifetime.
final class CStrings {
    private let copies: [UnsafeMutablePointer<CChar>?]
    private let array: UnsafeMutablePointer<UnsafePointer<CChar>?>

    init(_ strings: [String?]) {
        copies = strings.map { $0.flatMap { strdup($0) } }
        array = .allocate(capacity: max(copies.count, 1))
        for (position, copy) in copies.enumerated() {
            (array + position).initialize(to: UnsafePointer(copy))
        }
    }

    deinit {
        for copy in copies {
            free(copy)
        }
        array.deallocate()
    }

    /// Valid for as long as the object is.
    var pointer: UnsafePointer<UnsafePointer<CChar>?> { UnsafePointer(array) }
}
