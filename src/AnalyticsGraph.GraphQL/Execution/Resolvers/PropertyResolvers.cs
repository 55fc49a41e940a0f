using System.Reflection;

namespace AnalyticsGraph.GraphQL.Execution;

/// <summary>Resolvers that read the public properties of a CLR type.</summary>
internal static class PropertyResolvers
{
    /// <summary>The resolver of the property with a field's name, or null where there is none.</summary>
    public static FieldResolver? Find(Type clrType, string field)
    {
        var property = FindProperty(clrType, field);
        if (property?.GetMethod is null)
        {
            return null;
        }

        return (FieldResolver)typeof(PropertyResolvers).GetMethod(nameof(Create), BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(clrType, property.PropertyType).Invoke(null, [property])!;
    }

    private static PropertyInfo? FindProperty(Type clrType, string field)
    {
        var candidates = clrType.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Concat(clrType.IsInterface ? clrType.GetInterfaces().SelectMany(i => i.GetProperties()) : [])
            .Where(property => property.GetIndexParameters().Length == 0 && property.Name.Equals(field, StringComparison.OrdinalIgnoreCase))
            .ToList();
        return candidates.Find(property => property.DeclaringType == clrType) ?? candidates.FirstOrDefault();
    }

    private static FieldResolver Create<TSource, TValue>(PropertyInfo property)
    {
        // A struct's getter takes its instance by reference and fits no open delegate of the value.
        if (typeof(TSource).IsValueType)
        {
            return FieldResolver.FromSource<TSource, TValue>(source => (TValue)property.GetValue(source)!);
        }

        return FieldResolver.FromSource(property.GetMethod!.CreateDelegate<Func<TSource, TValue>>());
    }
}
