using System;
using System.IO;
using System.Reflection;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Fcemu
{
    /// <summary>
    /// Turns JSON into objects of the function and back: by the serializer that it names, else with its own
    /// Json.NET, else with the framework's.
    /// </summary>
    internal abstract class Mapper
    {
        public abstract object Read(ArraySegment<byte> json, Type type);

        public abstract byte[] Write(object value, Type type);

        public static Mapper Of(MethodInfo method, Code code)
        {
            Type serializer = Named(method.CustomAttributes) ?? Named(method.Module.Assembly.CustomAttributes);
            if (serializer != null)
            {
                return new Chosen(Activator.CreateInstance(serializer));
            }
            Type convert = code.Named("Newtonsoft.Json")?.GetType("Newtonsoft.Json.JsonConvert");
            return convert != null ? (Mapper)new JsonNet(convert) : new Framework();
        }

        /// <summary>What [FcSerializer(typeof(…))] says.</summary>
        private static Type Named(System.Collections.Generic.IEnumerable<CustomAttributeData> attributes)
        {
            foreach (CustomAttributeData attribute in attributes)
            {
                if (attribute.AttributeType.FullName == "Aliyun.Serverless.Core.FcSerializerAttribute")
                {
                    return attribute.ConstructorArguments[0].Value as Type;
                }
            }
            return null;
        }

        /// <summary>An IFcSerializer of the function.</summary>
        private sealed class Chosen : Mapper
        {
            private readonly object serializer;
            private readonly MethodInfo read, write;

            public Chosen(object serializer)
            {
                this.serializer = serializer;
                Type type = serializer.GetType().GetInterface("Aliyun.Serverless.Core.IFcSerializer")
                    ?? throw new InvalidCastException(serializer.GetType().FullName + " does not implement IFcSerializer");
                read = type.GetMethod("Deserialize");
                write = type.GetMethod("Serialize");
            }

            public override object Read(ArraySegment<byte> json, Type type)
            {
                var from = new MemoryStream(json.Array, json.Offset, json.Count, false);
                return read.MakeGenericMethod(type).Invoke(serializer, BindingFlags.DoNotWrapExceptions, null, new object[] { from }, null);
            }

            public override byte[] Write(object value, Type type)
            {
                var to = new MemoryStream();
                write.MakeGenericMethod(type).Invoke(serializer, BindingFlags.DoNotWrapExceptions, null, new object[] { value, to }, null);
                return to.ToArray();
            }
        }

        /// <summary>The function's own Json.NET, so that its attributes count.</summary>
        private sealed class JsonNet : Mapper
        {
            private readonly MethodInfo read, write;

            public JsonNet(Type convert)
            {
                read = convert.GetMethod("DeserializeObject", new[] { typeof(string), typeof(Type) });
                write = convert.GetMethod("SerializeObject", new[] { typeof(object) });
            }

            public override object Read(ArraySegment<byte> json, Type type) =>
                read.Invoke(null, BindingFlags.DoNotWrapExceptions, null, new object[] { Encoding.UTF8.GetString(json.Array, json.Offset, json.Count), type }, null);

            public override byte[] Write(object value, Type type) =>
                Encoding.UTF8.GetBytes((string)write.Invoke(null, BindingFlags.DoNotWrapExceptions, null, new[] { value }, null));
        }

        /// <summary>System.Text.Json, as like Json.NET as it gets.</summary>
        private sealed class Framework : Mapper
        {
            private readonly JsonSerializerOptions options = new JsonSerializerOptions
            {
                PropertyNameCaseInsensitive = true,
                ReadCommentHandling = JsonCommentHandling.Skip,
                AllowTrailingCommas = true,
                Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            };

            public override object Read(ArraySegment<byte> json, Type type) => JsonSerializer.Deserialize(json, type, options);

            public override byte[] Write(object value, Type type) => JsonSerializer.SerializeToUtf8Bytes(value, value?.GetType() ?? type, options);
        }
    }
}
