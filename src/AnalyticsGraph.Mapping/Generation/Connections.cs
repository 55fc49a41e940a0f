using System.Globalization;
using AnalyticsGraph.GraphQL.Language;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>Generates connection and edge types, and the arguments of lists and connections.</summary>
internal static class Connections
{
    public static ObjectTypeDefinitionNode Connection(TableModel table) => Sdl.Object(
        GeneratedNames.Connection(table.TypeName),
        $"A page of {table.TypeName}.",
        Sdl.Field("edges", new NonNullTypeNode(Sdl.ListOf(GeneratedNames.Edge(table.TypeName))), "The rows of the page with their cursors."),
        Sdl.Field("nodes", new NonNullTypeNode(Sdl.ListOf(table.TypeName)), "The rows of the page."),
        Sdl.Field("pageInfo", Sdl.Required(GeneratedNames.PageInfo), "Where the page stands."),
        Sdl.Field("totalCount", Sdl.Required("Long"), "How many rows meet `where`, on all pages; counted only when asked for."));

    public static ObjectTypeDefinitionNode Edge(TableModel table) => Sdl.Object(
        GeneratedNames.Edge(table.TypeName),
        $"A row of {table.TypeName} and its place in the order.",
        Sdl.Field("cursor", Sdl.Required("String"), "The row's place: give it as `after` or `before` with the same `order`."),
        Sdl.Field("node", Sdl.Required(table.TypeName), "The row."));

    public static ObjectTypeDefinitionNode PageInfo() => Sdl.Object(
        GeneratedNames.PageInfo,
        "Where a page stands among all rows.",
        Sdl.Field("hasNextPage", Sdl.Required("Boolean"), "Whether rows come after this page."),
        Sdl.Field("hasPreviousPage", Sdl.Required("Boolean"), "Whether rows come before this page."),
        Sdl.Field("startCursor", Sdl.Named("String"), "The first row's cursor; null on an empty page."),
        Sdl.Field("endCursor", Sdl.Named("String"), "The last row's cursor; null on an empty page."));

    public static EnumTypeDefinitionNode Direction() => Sdl.Enum(
        GeneratedNames.Direction,
        "A direction to order in. Rows without a value come last in both, NaN before them.",
        ("ASC", "The smallest first."),
        ("DESC", "The greatest first."));

    /// <summary>How many rows the operation's cost counts: as many as are asked for, else the default page or what a list is assumed to have.</summary>
    public static DirectiveNode ListSize(bool isConnection, MappingLimits limits) => Sdl.Directive(
        "listSize",
        ("assumedSize", new IntValueNode((isConnection ? limits.DefaultPage : limits.AssumedList).ToString(CultureInfo.InvariantCulture))),
        ("slicingArguments", Names(isConnection ? ["first", "last"] : ["first"])),
        ("sizedFields", isConnection ? Names(["edges", "nodes"]) : null),
        ("requireOneSlicingArgument", new BooleanValueNode(false)));

    /// <summary>The same of a list that is as long as an argument.</summary>
    public static DirectiveNode ListSizeOf(string argument) => Sdl.Directive(
        "listSize", ("slicingArguments", Names([argument])), ("requireOneSlicingArgument", new BooleanValueNode(false)));

    public static IEnumerable<InputValueDefinitionNode> Arguments(bool isConnection, string filter, string? sort, MappingLimits limits)
    {
        var first = isConnection
            ? $"At most so many rows, from the start or after `after`. {limits.DefaultPage} if neither `first` nor `last` is given; at most {limits.MaxPage}."
            : $"At most so many rows. Without it all are read; more than {limits.MaxList} are an error.";
        if (isConnection)
        {
            yield return Sdl.Input("first", Sdl.Named("Int"), first);
            yield return Sdl.Input("after", Sdl.Named("String"), "Rows after this cursor.");
            yield return Sdl.Input("last", Sdl.Named("Int"), $"At most so many rows from the end, or before `before`; at most {limits.MaxPage}. Not together with `first`.");
            yield return Sdl.Input("before", Sdl.Named("String"), "Rows before this cursor.");
        }

        yield return Sdl.Input("where", Sdl.Named(filter), "Which rows.");
        if (sort is not null)
        {
            yield return Sdl.Input("order", Sdl.ListOf(sort), "The order; the key completes it.");
        }

        if (!isConnection)
        {
            yield return Sdl.Input("first", Sdl.Named("Int"), first);
        }
    }

    private static ListValueNode Names(IEnumerable<string> names) => new([.. names.Select(name => new StringValueNode(name))]);
}
