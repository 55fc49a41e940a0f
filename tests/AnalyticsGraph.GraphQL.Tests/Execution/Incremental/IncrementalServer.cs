using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.GraphQL.Tests.Execution;

/// <summary>A small library whose books and authors may be delivered in parts. Every field records the level it ran in, and for how many parents.</summary>
internal sealed class IncrementalServer
{
    public const string Sdl =
        """
        directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
        directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD
        type Query { hello: String book: Book books: [Book!]! numbers: [Int!]! gaps: [Int] slow: String broken: String! }
        type Book { id: Int! title: String author: Author! broken: String! late: String tags: [String!]! }
        type Author { id: Int! name: String books: [Book!]! broken: String! }
        """;

    private readonly TestServer _server;
    private readonly List<string> _runs = [];

    public IncrementalServer(int books = 3, GraphQLExecutorOptions? options = null) => _server = new TestServer(
        Sdl,
        bindings => bindings
            .Bind("Query", "hello", FieldResolver.FromRequest(_ => ValueTask.FromResult("world")))
            .Bind("Query", "slow", FieldResolver.FromBatch(async (_, _) => new StringColumn([await Slow.Task])))
            .Bind("Query", "broken", FieldResolver.FromBatch((_, _) => throw new InvalidDataException("broken")))
            .Bind("Query", "book", Batch("book", parents => new ObjectColumn(Books(1))))
            .Bind("Query", "books", Batch("books", _ => new ListColumn([0, books], new ObjectColumn(Books(books)))))
            .Bind("Query", "numbers", Batch("numbers", _ => new ListColumn([0, 5], new Int32Column([1, 2, 3, 4, 5]))))
            .Bind("Query", "gaps", Batch("gaps", _ => new ListColumn([0, 3], new Int32Column([1, 0, 3], [false, true, false]))))
            .Bind("Book", "id", Batch("Book.id", parents => new Int32Column((int[])parents.Source)))
            .Bind("Book", "title", Batch("title", parents => Texts(parents, id => $"Book {id}")))
            .Bind("Book", "late", FieldResolver.FromBatch(async (parents, _) => Texts(parents, _ => Late.Task.Result, await Late.Task)))
            .Bind("Book", "author", Batch("author", parents => new ObjectColumn(new ObjectBatch(_server!.Type("Author"), parents.Count, parents.Source))))
            .Bind("Book", "broken", FieldResolver.FromBatch((parents, _) => throw new InvalidDataException("broken")))
            .Bind("Book", "tags", Batch("tags", parents => new ListColumn(
                [.. Enumerable.Range(0, parents.Count + 1).Select(i => 2 * i)], new StringColumn([.. ((int[])parents.Source).SelectMany(id => new[] { $"a{id}", $"b{id}" })]))))
            .Bind("Author", "id", Batch("Author.id", parents => new Int32Column((int[])parents.Source)))
            .Bind("Author", "name", Batch("name", parents => Texts(parents, id => $"Author {id}")))
            .Bind("Author", "books", Batch("Author.books", parents => new ListColumn([.. Enumerable.Range(0, parents.Count + 1)], new ObjectColumn(Books((int[])parents.Source)))))
            .Bind("Author", "broken", FieldResolver.FromBatch((parents, _) => throw new InvalidDataException("broken"))),
        options);

    /// <summary>What <c>slow</c> waits for.</summary>
    public TaskCompletionSource<string> Slow { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What <c>late</c> waits for.</summary>
    public TaskCompletionSource<string> Late { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Which fields ran, for how many parents.</summary>
    public IReadOnlyList<string> Runs => _runs;

    public TestServer Server => _server;

    public Task<List<string>> PartsAsync(string query, object? variables = null) => _server.PartsAsync(query, variables);

    private ObjectBatch Books(int count) => Books([.. Enumerable.Range(1, count)]);

    private ObjectBatch Books(int[] ids) => ObjectBatch.Of(_server.Type("Book"), ids);

    private static StringColumn Texts(ObjectBatch parents, Func<int, string> text, string? _ = null) => new([.. ((int[])parents.Source).Select(text)]);

    private FieldResolver Batch(string name, Func<ObjectBatch, Column> read) => FieldResolver.FromBatch((parents, _) =>
    {
        _runs.Add($"{name}({parents.Count})");
        return ValueTask.FromResult(read(parents));
    });
}
