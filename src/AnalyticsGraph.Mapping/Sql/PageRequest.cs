using AnalyticsGraph.GraphQL.Execution;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>Which part of an order is read.</summary>
/// <param name="Limit">The most rows, for each parent.</param>
/// <param name="IsBackward">Whether from the end (<c>last</c>).</param>
/// <param name="After">A cursor, or null.</param>
/// <param name="Before">A cursor, or null.</param>
internal sealed record PageRequest(int Limit, bool IsBackward, string? After, string? Before)
{
    /// <summary>Reads and checks a connection's paging arguments.</summary>
    public static PageRequest OfConnection(ArgumentValues arguments, MappingLimits limits)
    {
        var first = Number(arguments, "first");
        var last = Number(arguments, "last");
        if (first is not null && last is not null)
        {
            throw InputErrors.Bad("`first` and `last` cannot both be given: a page is read from one end.");
        }

        if ((first ?? last) > limits.MaxPage)
        {
            throw InputErrors.Limit($"`{(first is null ? "last" : "first")}` is {first ?? last}; a page has at most {limits.MaxPage} rows. Page on with `after`.");
        }

        return new PageRequest(first ?? last ?? limits.DefaultPage, last is not null, arguments.Get<string>("after"), arguments.Get<string>("before"));
    }

    /// <summary>Reads and checks a plain list's arguments.</summary>
    public static (PageRequest Page, bool IsLimited) OfList(ArgumentValues arguments, MappingLimits limits)
    {
        var first = Number(arguments, "first");
        if (first > limits.MaxList)
        {
            throw InputErrors.Limit($"`first` is {first}; a list has at most {limits.MaxList} rows.");
        }

        return (new PageRequest(first ?? limits.MaxList, false, null, null), first is not null);
    }

    private static int? Number(ArgumentValues arguments, string name) =>
        !arguments.TryGet(name, out var value) || value is not int number ? null
        : number >= 0 ? number
        : throw InputErrors.Bad($"`{name}` is {number}; it must not be negative.");
}
