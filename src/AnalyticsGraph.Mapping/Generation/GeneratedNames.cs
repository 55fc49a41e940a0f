using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>The names of generated types: those of Hot Chocolate, so that its clients feel at home.</summary>
internal static class GeneratedNames
{
    public const string Direction = "SortEnumType";

    public const string PageInfo = "PageInfo";

    /// <summary>What the name of an optional to-one relation is followed by where a filter asks whether there is a related row.</summary>
    public const string Exists = "Exists";

    public static string Filter(string type) => $"{type}FilterInput";

    public static string ListFilter(string type) => $"ListFilterInputTypeOf{type}FilterInput";

    public static string Sort(string type) => $"{type}SortInput";

    public static string Connection(string type) => $"{type}Connection";

    public static string Edge(string type) => $"{type}Edge";

    public static string RelatedSort(TableModel table, string order) => $"{table.TypeName}By{Capital(order)}SortInput";

    public static string RelatedStat(TableModel table, string order) => $"{table.TypeName}{Capital(order)}Stat";

    public static string Operations(FieldType type) => (type.Name == "ID" ? "Id" : type.Name) + "OperationFilterInput";

    public static string Aggregate(FieldType leaf) => Aggregate(leaf.Name == "ID" ? "Id" : leaf.Name);

    public static string Aggregate(string type) => $"{type}Aggregate";

    public static string AggregateFields(string type) => $"{type}AggregateFields";

    public static string AggregateGroup(string type) => $"{type}AggregateGroup";

    public static string GroupBy(string type) => $"{type}GroupByInput";

    public static string RelatedGroupBy(TableModel table, string order) => $"{table.TypeName}By{Capital(order)}GroupByInput";

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
