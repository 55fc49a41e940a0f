using AnalyticsGraph.Mapping.Model;

namespace AnalyticsGraph.Mapping.Generation;

/// <summary>The names of generated types: those of Hot Chocolate, so that its clients feel at home.</summary>
internal static class GeneratedNames
{
    public const string Direction = "SortEnumType";

    public const string PageInfo = "PageInfo";

    public static string Filter(string type) => $"{type}FilterInput";

    public static string ListFilter(string type) => $"ListFilterInputTypeOf{type}FilterInput";

    public static string Sort(string type) => $"{type}SortInput";

    public static string Connection(string type) => $"{type}Connection";

    public static string Edge(string type) => $"{type}Edge";

    public static string RelatedSort(TableModel table, string order) => $"{table.TypeName}By{Capital(order)}SortInput";

    public static string RelatedStat(TableModel table, string order) => $"{table.TypeName}{Capital(order)}Stat";

    public static string Operations(FieldType type) => (type.Name == "ID" ? "Id" : type.Name) + "OperationFilterInput";

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name[1..];
}
