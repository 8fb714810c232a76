import { native } from "./native-types.ts";

/**
 * The functions of libggml-base that training calls, as declared in ggml.h, ggml-alloc.h and ggml-backend.h of the
 * llama.cpp release that node-llama-cpp installs. One table for koffi and for the compiler, so that they cannot differ.
 */
export const baseSignatures = {
  // Contexts and tensors (descriptions only: data lives in backend buffers)
  ggml_init: native("context", "contextParameters"),
  ggml_free: native("void", "context"),
  ggml_new_tensor: native("tensor", "context", "int", "int", "sizes"),
  ggml_set_param: native("void", "tensor"),
  ggml_nbytes: native("size", "tensor"),
  ggml_tensor_overhead: native("size"),
  ggml_graph_overhead_custom: native("size", "size", "bool"),
  ggml_row_size: native("size", "int", "long"),
  ggml_quantize_chunk: native("size", "int", "bytes", "bytes", "long", "long", "long", "bytes"),

  // Forward operations
  ggml_get_rows: native("tensor", "context", "tensor", "tensor"),
  ggml_set_rows: native("tensor", "context", "tensor", "tensor", "tensor"),
  ggml_mul_mat: native("tensor", "context", "tensor", "tensor"),
  ggml_out_prod: native("tensor", "context", "tensor", "tensor"),
  ggml_mul: native("tensor", "context", "tensor", "tensor"),
  ggml_add: native("tensor", "context", "tensor", "tensor"),
  ggml_scale: native("tensor", "context", "tensor", "float"),
  ggml_scale_bias: native("tensor", "context", "tensor", "float", "float"),
  ggml_rms_norm: native("tensor", "context", "tensor", "float"),
  ggml_silu: native("tensor", "context", "tensor"),
  ggml_swiglu_split: native("tensor", "context", "tensor", "tensor"),
  ggml_geglu_split: native("tensor", "context", "tensor", "tensor"),
  ggml_gelu: native("tensor", "context", "tensor"),
  ggml_tanh: native("tensor", "context", "tensor"),
  ggml_sigmoid: native("tensor", "context", "tensor"),
  ggml_sqr: native("tensor", "context", "tensor"),
  ggml_soft_max: native("tensor", "context", "tensor"),
  ggml_soft_max_ext: native("tensor", "context", "tensor", "tensorOrNone", "float", "float"),
  ggml_rope_ext: native(
    ...(["tensor", "context", "tensor", "tensor", "tensorOrNone", "int", "int", "int"] as const),
    ...(["float", "float", "float", "float", "float", "float"] as const),
  ),

  // Their gradients
  ggml_get_rows_back: native("tensor", "context", "tensor", "tensor", "tensor"),
  ggml_rms_norm_back: native("tensor", "context", "tensor", "tensor", "float"),
  ggml_silu_back: native("tensor", "context", "tensor", "tensor"),
  ggml_soft_max_ext_back: native("tensor", "context", "tensor", "tensor", "float", "float"),
  ggml_rope_ext_back: native(
    ...(["tensor", "context", "tensor", "tensor", "tensorOrNone", "int", "int", "int"] as const),
    ...(["float", "float", "float", "float", "float", "float"] as const),
  ),
  ggml_repeat_back: native("tensor", "context", "tensor", "tensor"),
  ggml_opt_step_adamw: native("tensor", "context", "tensor", "tensor", "tensor", "tensor", "tensor"),

  // Shapes and copies
  ggml_reshape_2d: native("tensor", "context", "tensor", "long", "long"),
  ggml_reshape_3d: native("tensor", "context", "tensor", "long", "long", "long"),
  ggml_view_1d: native("tensor", "context", "tensor", "long", "size"),
  ggml_view_2d: native("tensor", "context", "tensor", "long", "long", "size", "size"),
  ggml_view_3d: native(
    ...(["tensor", "context", "tensor", "long", "long", "long"] as const),
    ...(["size", "size", "size"] as const),
  ),
  ggml_view_4d: native(
    ...(["tensor", "context", "tensor", "long", "long", "long", "long"] as const),
    ...(["size", "size", "size", "size"] as const),
  ),
  ggml_permute: native("tensor", "context", "tensor", "int", "int", "int", "int"),
  ggml_transpose: native("tensor", "context", "tensor"),
  ggml_cont: native("tensor", "context", "tensor"),
  ggml_concat: native("tensor", "context", "tensor", "tensor", "int"),
  ggml_cast: native("tensor", "context", "tensor", "int"),
  ggml_cpy: native("tensor", "context", "tensor", "tensor"),

  // Graphs
  ggml_new_graph_custom: native("graph", "context", "size", "bool"),
  ggml_build_forward_expand: native("void", "graph", "tensor"),
  ggml_graph_n_nodes: native("int", "graph"),
  ggml_gallocr_new: native("graphAllocator", "bufferType"),
  ggml_gallocr_alloc_graph: native("bool", "graphAllocator", "graph"),
  ggml_gallocr_reserve_n_size: native("void", "graphAllocator", "graph", "bytes", "bytes", "sizesOut"),
  ggml_gallocr_get_buffer_size: native("size", "graphAllocator", "int"),
  ggml_gallocr_free: native("void", "graphAllocator"),

  // Backends and their memory
  ggml_backend_alloc_ctx_tensors: native("buffer", "context", "backend"),
  ggml_backend_alloc_ctx_tensors_from_buft_size: native("size", "context", "bufferType"),
  ggml_backend_buffer_free: native("void", "buffer"),
  ggml_backend_buffer_get_size: native("size", "buffer"),
  ggml_backend_get_default_buffer_type: native("bufferType", "backend"),
  ggml_backend_cpu_buffer_from_ptr: native("buffer", "address", "long"),
  ggml_backend_tensor_alloc: native("int", "buffer", "tensor", "address"),
  ggml_backend_tensor_set: native("void", "tensor", "bytes", "size", "size"),
  ggml_backend_tensor_get: native("void", "tensor", "bytes", "size", "size"),
  ggml_backend_tensor_memset: native("void", "tensor", "byte", "size", "size"),
  ggml_backend_graph_compute: native("int", "backend", "graph"),
  ggml_backend_free: native("void", "backend"),
  ggml_backend_get_device: native("device", "backend"),
  ggml_backend_dev_backend_reg: native("registry", "device"),
  ggml_backend_reg_get_proc_address: native("address", "registry", "text"),
} as const;

/** Of libggml, which knows the backends. */
export const registrySignatures = {
  ggml_backend_load_all_from_path: native("void", "text"),
  ggml_backend_init_by_type: native("backend", "int", "bytes"),
} as const;
