using System.Text.Json;

namespace AnalyticsGraph.Mapping.Tests;

/// <summary>Every operator against a plain evaluation in C# over the same rows.</summary>
[Collection("library")]
public sealed class FilterTests(LibraryFixture library)
{
    private static readonly string[] Comparisons = ["gt", "ngt", "gte", "ngte", "lt", "nlt", "lte", "nlte"];
    private static readonly string[] Texts = ["contains", "ncontains", "startsWith", "nstartsWith", "endsWith", "nendsWith"];

    public static TheoryData<string> Doubles() => [.. Comparisons, "eq", "neq"];

    [Theory]
    [MemberData(nameof(Doubles))]
    public async Task Double_Should_Filter_When_NaNAndNullAreAmongTheRows(string op)
    {
        foreach (var value in new object[] { 0.0, 1.0, -1.5, "NaN", "Infinity", "-Infinity", 1e300 })
        {
            var number = value is double d ? d : (string)value switch { "NaN" => double.NaN, "Infinity" => double.PositiveInfinity, _ => double.NegativeInfinity };
            await CheckAsync("price", new() { [op] = value }, book => Holds(op, book.Price, number));
            await CheckAsync("rating", new() { [op] = value }, book => Holds(op, (double?)book.Rating, number));
        }
    }

    [Theory]
    [MemberData(nameof(Doubles))]
    public async Task Integer_Should_Filter_When_Compared(string op)
    {
        for (var value = -4; value <= 5; value++)
        {
            await CheckAsync("pages", new() { [op] = value }, book => Holds(op, book.Pages, value));
            await CheckAsync("sold", new() { [op] = value }, book => Holds(op, (long?)book.Sold, (long)value));
        }

        await CheckAsync("sold", new() { [op] = long.MaxValue }, book => Holds(op, (long?)book.Sold, long.MaxValue));
    }

    [Theory]
    [MemberData(nameof(Doubles))]
    public async Task DateTime_Should_Filter_When_Compared(string op)
    {
        foreach (var value in library.Books.Select(book => book.Published).OfType<DateTime>().Distinct().Take(4))
        {
            await CheckAsync("published", new() { [op] = value.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffK", System.Globalization.CultureInfo.InvariantCulture) }, book => Holds(op, book.Published, value));
        }
    }

    [Fact]
    public async Task Text_Should_Filter_When_ItHasWildcardsQuotesAndOtherAlphabets()
    {
        foreach (var value in new[] { "", "a", "A", "%", "_", "\\", "a_b", "🦉", "'", "\"", "n", "b\\" })
        {
            foreach (var op in Texts)
            {
                await CheckAsync("title", new() { [op] = value }, book => HoldsText(op, book.Title, value));
            }

            await CheckAsync("title", new() { ["eq"] = value }, book => book.Title == value);
            await CheckAsync("title", new() { ["neq"] = value }, book => book.Title != value);
        }
    }

    [Fact]
    public async Task Sets_Should_Filter_When_NullsAndNaNAreAmongTheValues()
    {
        await CheckAsync("title", new() { ["in"] = new[] { "a", null, "zz" } }, book => book.Title is "a" or null or "zz");
        await CheckAsync("title", new() { ["nin"] = new[] { "a", null } }, book => book.Title is not ("a" or null));
        await CheckAsync("title", new() { ["nin"] = new[] { "a" } }, book => book.Title != "a");
        await CheckAsync("price", new() { ["in"] = new object[] { "NaN", 1.0 } }, book => book.Price is double.NaN or 1);
        await CheckAsync("price", new() { ["nin"] = new object?[] { "NaN", null } }, book => book.Price is not (double.NaN or null));
        await CheckAsync("pages", new() { ["in"] = Array.Empty<int>() }, _ => false);
        await CheckAsync("pages", new() { ["nin"] = Array.Empty<int>() }, _ => true);
        await CheckAsync("price", new() { ["eq"] = null }, book => book.Price is null);
        await CheckAsync("price", new() { ["neq"] = null }, book => book.Price is not null);
        await CheckAsync("genre", new() { ["eq"] = "NOVEL" }, book => book.GenreName == "NOVEL");
        await CheckAsync("genre", new() { ["neq"] = "POETRY" }, book => book.GenreName != "POETRY");
        await CheckAsync("genre", new() { ["in"] = new[] { "SCIENCE", "POETRY" } }, book => book.GenreName is "SCIENCE" or "POETRY");
        await CheckAsync("inPrint", new() { ["eq"] = true }, book => book.InPrint);
        await CheckAsync("code", new() { ["in"] = new[] { library.Books[0].Code.ToString(), "no uuid" } }, book => book.Id == 1);
        await CheckAsync("id", new() { ["in"] = new[] { Rows.GlobalId.Of("Book", 3), Rows.GlobalId.Of("Author", 4) } }, book => book.Id == 3);
        await CheckAsync("id", new() { ["neq"] = Rows.GlobalId.Of("Book", 3) }, book => book.Id != 3);
        await CheckAsync("weight", new() { ["gte"] = 100 }, book => book.Id % 2 == 0 && book.Id >= 100);
        await CheckAsync("grams", new() { ["lt"] = 100 }, book => book.Id % 3 != 0 && book.Id < 10);
        await CheckAsync("title", new() { ["or"] = new object[] { new { eq = "a" }, new { startsWith = "U" } } }, book => book.Title == "a");
    }

    [Fact]
    public async Task Relations_Should_Filter_When_TheyNest()
    {
        await CheckAsync("author", new() { ["name"] = new { startsWith = "author 3" } }, book => library.Authors[(int)book.AuthorId - 1].Name.StartsWith("author 3", StringComparison.Ordinal));
        await CheckAsync("tags", new() { ["some"] = new { name = new { eq = "tag 1" } } }, book => book.Tags.Contains(1));
        await CheckAsync("tags", new() { ["none"] = new { name = new { eq = "tag 1" } } }, book => !book.Tags.Contains(1));
        await CheckAsync("tags", new() { ["all"] = new { name = new { @in = new[] { "tag 1", "tag 2" } } } }, book => book.Tags.TrueForAll(tag => tag < 3));
        await CheckAsync("tags", new() { ["any"] = true }, book => book.Tags.Count > 0);
        await CheckAsync("tags", new() { ["any"] = false }, book => book.Tags.Count == 0);
        await CheckAsync("mainTags", new() { ["any"] = true }, book => book.Tags.Contains(1));
        await CheckAsync("scores", new() { ["some"] = new { key = new { eq = "loss" }, lastValue = new { gt = 1.0 } } }, book => book.Score is { } score && !double.IsNaN(score) && score > 1);
        await CheckAsync("scores", new() { ["all"] = new { lastValue = new { gt = 1.0 } } }, book => book.Score is not { } score || (!double.IsNaN(score) && score > 1));
        await CheckAsync("scores", new() { ["all"] = new { minValue = new { gt = 1.0 } } }, book => book.Score is null);
        await CheckAsync("author", new() { ["books"] = new { some = new { title = new { eq = "zz" } } } }, book => library.Books.Any(other => other.AuthorId == book.AuthorId && other.Title == "zz"));
        await CheckAsync("size", new() { ["width"] = new { gt = 100.0 } }, book => book.Width > 100);
        await CheckAsync("or", new object[] { new { title = new { eq = "a" } }, new { and = new object[] { new { pages = new { gt = 1 } }, new { inPrint = new { eq = true } } } } }, book => book.Title == "a" || (book.Pages > 1 && book.InPrint));
    }

    [Fact]
    public async Task OptionalRelation_Should_BeAskedFor_When_ThereMayBeNone()
    {
        bool HasOne(Author author) => author.FavouriteId is { } book && book <= library.Books.Count;
        foreach (var (where, holds) in new (string, Func<Author, bool>)[]
        {
            ("{favouriteExists: true}", HasOne),
            ("{favouriteExists: false}", author => !HasOne(author)),
            ("{favourite: {}}", HasOne),
            ("{or: [{favouriteExists: false}, {favourite: {pages: {gt: 0}}}]}", author => !HasOne(author) || library.Books[(int)author.FavouriteId! - 1].Pages > 0),
            ("{favouriteExists: false, name: {startsWith: \"author 3\"}}", author => !HasOne(author) && author.Name.StartsWith("author 3", StringComparison.Ordinal)),
        })
        {
            var answer = await library.Graph.RunAsync($"{{ authors(where: {where}, first: 1000, order: [{{id: ASC}}]) {{ totalCount nodes {{ name }} }} }}");

            var expected = library.Authors.Where(holds).Select(author => author.Name).ToList();
            Assert.Equal(expected, answer.Texts("authors.nodes", "name"));
            Assert.Equal(expected.Count, answer.At("authors.totalCount").GetInt32());
        }

        await CheckAsync("author", new { favouriteExists = false }, book => !HasOne(library.Authors[(int)book.AuthorId - 1]));
    }

    [Theory]
    [InlineData("authors(where: {favourite: null})", "where.favourite: null is no condition; use `favouriteExists: false` to find rows without one, or leave it out.")]
    [InlineData("authors(where: {favouriteExists: null})", "where.favouriteExists: null is neither true nor false; leave it out.")]
    [InlineData("books(where: {author: null})", "where.author: null is no condition; leave it out.")]
    [InlineData("books(where: {tags: null})", "where.tags: null is no condition; use `any: false` to find rows without one, or leave it out.")]
    [InlineData("books(where: {tags: {any: null}})", "where.tags.any: null is no condition; leave it out.")]
    [InlineData("books(where: {tags: {none: null}})", "where.tags.none: null is no condition; leave it out.")]
    [InlineData("books(where: {title: null})", "where.title: null is no condition; use `eq: null` to find rows without a value, or leave it out.")]
    [InlineData("books(where: {size: null})", "where.size: null is no condition; ask its fields with `eq: null`, or leave it out.")]
    public async Task Null_Should_BeRefusedWithWhatToUse_When_ItIsNoCondition(string field, string message)
    {
        var answer = await library.Graph.RunAsync($"{{ {field} {{ totalCount }} }}");

        Assert.Equal(("BAD_USER_INPUT", message), (answer.Code, answer.Message));
    }

    private Task CheckAsync(string field, Dictionary<string, object?> operators, Func<Book, bool> holds) => CheckAsync(field, (object)operators, holds);

    private async Task CheckAsync(string field, object condition, Func<Book, bool> holds)
    {
        var answer = await library.Graph.RunAsync(
            "query($where: BookFilterInput) { books(where: $where, first: 1000, order: [{id: ASC}]) { totalCount nodes { isbn } } }",
            new { where = new Dictionary<string, object> { [field] = condition } });

        var expected = library.Books.Where(holds).Select(book => book.Isbn).ToList();
        var message = $"{field}: {JsonSerializer.Serialize(condition)}\n{string.Join('\n', answer.Counters.Statements)}";
        Assert.True(expected.SequenceEqual(answer.Texts("books.nodes", "isbn")), message);
        Assert.Equal(expected.Count, answer.At("books.totalCount").GetInt32());
    }

    private static bool Holds<T>(string op, T? value, T other)
        where T : struct, IComparable<T>
    {
        if (op[0] == 'n')
        {
            return !Holds(op[1..], value, other);
        }

        if (value is not { } present || (op != "eq" && (IsNaN(present) || IsNaN(other))))
        {
            return false;
        }

        var order = present.CompareTo(other);
        return op switch { "eq" => order == 0, "gt" => order > 0, "gte" => order >= 0, "lt" => order < 0, _ => order <= 0 };
    }

    private static bool IsNaN<T>(T value) => value is double.NaN;

    private static bool HoldsText(string op, string? value, string other) => op switch
    {
        "contains" => value?.Contains(other, StringComparison.Ordinal) ?? false,
        "startsWith" => value?.StartsWith(other, StringComparison.Ordinal) ?? false,
        "endsWith" => value?.EndsWith(other, StringComparison.Ordinal) ?? false,
        _ => !HoldsText(op[1..], value, other),
    };
}
