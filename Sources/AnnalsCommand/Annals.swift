@main struct AnnalsMain { static func main() {} }
