using AnalyticsGraph.GraphQL.Execution;
using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Sql;

/// <summary>
/// A condition that a filter requires of related rows, and that an index of theirs answers by itself: it begins with the columns that are compared and goes on with the one that names the row. So thousands of
/// the rows in question are found in a millisecond.
/// </summary>
/// <param name="Relation">The relation: of one column, without a link.</param>
/// <param name="Filter">What is asked of the related rows.</param>
internal sealed record IndexedCondition(RelationField Relation, ArgumentValues Filter)
{
    private static readonly string[] Ranges = ["eq", "gt", "gte", "lt", "lte"];

    /// <summary>The first such condition.</summary>
    /// <param name="table">The table.</param>
    /// <param name="filter">A filter of its rows.</param>
    /// <returns>Null if the filter requires none.</returns>
    public static IndexedCondition? Find(TableModel table, ArgumentValues filter)
    {
        foreach (var (name, value) in filter.Values)
        {
            if (!table.Fields.TryGetValue(name, out var field))
            {
                if (name == "and" && value is object?[] parts && parts.OfType<ArgumentValues>().Select(part => Find(table, part)).FirstOrDefault(found => found is not null) is { } inner)
                {
                    return inner;
                }
            }
            else if (field is RelationField { Type.IsList: true, Through: null, From.Length: 1, Only.IsEmpty: true, Target: { Store: Store.Postgres, Only.IsEmpty: true } target } relation
                && (value as ArgumentValues)?.Get<ArgumentValues>("some") is { } some && target.SearchIndexes.Any(index => IsAnsweredBy(index, relation, some)))
            {
                return new IndexedCondition(relation, some);
            }
        }

        return null;
    }

    private static bool IsAnsweredBy(SearchIndex index, RelationField relation, ArgumentValues filter)
    {
        var compared = filter.Values.Length;
        if (compared == 0 || index.Columns.Length <= compared || index.Columns[compared] != relation.To[0] || (index.Text is { } text && index.Columns.IndexOf(text) >= compared))
        {
            return false;
        }

        foreach (var (name, value) in filter.Values)
        {
            if (!relation.Target.Fields.TryGetValue(name, out var field) || field is not ColumnField column || value is not ArgumentValues operators
                || index.Columns.IndexOf(column.Column) is not (>= 0 and var at) || at >= compared || !IsSearched(operators, at == compared - 1, column.Column == index.Text ? index.MostCharacters : int.MaxValue))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>By one value; of the last column also by a range.</summary>
    private static bool IsSearched(ArgumentValues operators, bool isLast, int mostCharacters)
    {
        var isText = mostCharacters < int.MaxValue;
        foreach (var (name, value) in operators.Values)
        {
            if (value is null || !Ranges.Contains(name) || ((!isLast || isText) && name != "eq") || (isText && !(value is string text && text.Length <= mostCharacters)))
            {
                return false;
            }
        }

        return operators.Values.Length > 0;
    }
}
